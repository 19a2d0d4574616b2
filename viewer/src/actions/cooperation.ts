import { api, ask, type Assignees, type SimilarTicket } from '../api/client';
import { ticketTick } from '../state';

/** Who else works on a ticket. Each throws Problem; done, the ticket is read again. */

const at = (number: string) => ({ path: { number } });

export function listAssignees(number: string): Promise<Assignees> {
  return ask(api.GET('/api/v1/tickets/{number}/assignees', { params: at(number) }));
}

/** Open tickets that may be about the same thing. */
export async function listSimilar(number: string): Promise<SimilarTicket[]> {
  return (await ask(api.GET('/api/v1/tickets/{number}/similar', { params: at(number) }))).tickets;
}

/** Gives a ticket to a post (its id) or a department (its name). */
export async function handOver(number: string, to: { post: number } | { department: string }, note: string): Promise<void> {
  await ask(api.POST('/api/v1/tickets/{number}/assignment', { params: at(number), body: { ...to, ...said(note) } }));
  ticketTick.value++;
}

export async function passUp(number: string, note: string): Promise<void> {
  await ask(api.POST('/api/v1/tickets/{number}/escalation', { params: at(number), body: { note } }));
  ticketTick.value++;
}

/** 吹哨. `hours` 0: as long as the ticket's own clock. */
export async function blowWhistle(number: string, departments: string[], hours: number, note: string): Promise<void> {
  const body = { departments, ...(hours > 0 && { due_hours: hours }), ...said(note) };
  await ask(api.POST('/api/v1/tickets/{number}/whistles', { params: at(number), body }));
  ticketTick.value++;
}

export type WhistleState = 'reported_in' | 'done' | 'withdrawn';

export async function answerWhistle(number: string, whistle: number, state: WhistleState, note: string): Promise<void> {
  const params = { path: { number, whistle } };
  await ask(api.POST('/api/v1/tickets/{number}/whistles/{whistle}', { params, body: { state, ...said(note) } }));
  ticketTick.value++;
}

/** It is about the same thing as another ticket; null: it was not after all. */
export async function setOriginal(number: string, of: string | null): Promise<void> {
  await ask(api.PUT('/api/v1/tickets/{number}/duplicate', { params: at(number), body: { of } }));
  ticketTick.value++;
}

/** It is part of another ticket; null: of none. */
export async function setParent(number: string, parent: string | null): Promise<void> {
  await ask(api.PUT('/api/v1/tickets/{number}/parent', { params: at(number), body: { parent } }));
  ticketTick.value++;
}

const said = (note: string): { note?: string } => (note.trim() ? { note } : {});
