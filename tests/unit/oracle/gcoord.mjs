// Writes gcoord.csv: where gcoord 1.0.7 (MIT) draws the same points in GCJ-02 and BD-09.
// To renew it, install gcoord 1.0.7 beside this file, then: node gcoord.mjs > gcoord.csv
import { createRequire } from "node:module";

const gcoord = createRequire(import.meta.url)("gcoord");
const [west, south, east, north] = [72.004, 0.8293, 137.8347, 55.8271];

const between = (from, to, share) => from * (1 - share) + to * share; // exact at both ends
const points = [];
for (let i = 0; i <= 16; i++)
  for (let j = 0; j <= 12; j++)
    points.push([between(west, east, i / 16), between(south, north, j / 12)]);
// Districts of the field notes, a few cities, both sides of the meridian that bends the formula.
points.push([113.8505, 27.6153], [119.3153, 34.0871], [108.2731, 22.7856], [101.7658, 36.6283]);
points.push([116.3975, 39.9087], [121.4737, 31.2304], [114.1095, 22.3964], [87.6168, 43.8256]);
points.push([104.9999999, 29.56], [105, 35], [105.0000001, 35], [109.50838, 18.2479]);
// Outside the box, and just beyond each border.
points.push([-77.0365, 38.8977], [2.3522, 48.8566], [151.2093, -33.8688], [0, 0], [-180, 90]);
points.push([72.0039, 30], [137.8348, 30], [105, 0.8292], [105, 55.8272]);

const draw = (point, system) => gcoord.transform([...point], gcoord.WGS84, system);
console.log("lon,lat,gcj02_lon,gcj02_lat,bd09_lon,bd09_lat");
for (const point of points)
  console.log([...point, ...draw(point, gcoord.GCJ02), ...draw(point, gcoord.BD09)].join(","));
