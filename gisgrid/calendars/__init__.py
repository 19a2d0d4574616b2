"""Working time: the days and hours that the database computes with, and a district's own days off."""
