import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { areaTick } from '../state';

type Schemas = components['schemas'];
export type Draft = Schemas['Changeset'];
export type Checked = Schemas['CheckedChangeset'];
export type Found = Schemas['FoundProblem'];
export type Drawn = Schemas['DrawnShape'];
export type Move = Schemas['Move'];
type NewDraft = Schemas['OpenBody'];

const at = (id: number) => ({ params: { path: { changeset_id: id } } });

/** Everything here throws Problem. */
export const listDrafts = async (): Promise<Draft[]> => (await ask(api.GET('/api/v1/changesets'))).changesets;
/** By which change set was this one undone, if by any? */
export const findUndo = async (id: number): Promise<number | null> => (await listDrafts()).find((one) => one.undoes === id && one.status === 'published')?.changeset_id ?? null;
export const openDraft = (body: Partial<NewDraft>): Promise<Draft> => ask(api.POST('/api/v1/changesets', { body: body as NewDraft }));
export const readDraft = (id: number): Promise<Checked> => ask(api.GET('/api/v1/changesets/{changeset_id}', at(id)));
export const checkDraft = (id: number): Promise<Checked> => ask(api.POST('/api/v1/changesets/{changeset_id}/check', at(id)));
export const discardDraft = (id: number): Promise<Draft> => ask(api.POST('/api/v1/changesets/{changeset_id}/discard', at(id)));
export const listMoves = async (id: number): Promise<Move[]> => (await ask(api.GET('/api/v1/changesets/{changeset_id}/preview', at(id)))).features;
export const listDrawn = async (id: number): Promise<Drawn[]> => (await ask(api.GET('/api/v1/changesets/{changeset_id}/drawn', at(id)))).features;

export type Take = Schemas['ResolveBody']['take'];
/** Solves the conflict of a code, or all of them: the draft's shape, the published one, or the changes of both. */
export const resolveConflict = (id: number, take: Take, code: string | null): Promise<Checked> =>
  ask(api.POST('/api/v1/changesets/{changeset_id}/resolve', { ...at(id), body: { take, ...(code && { code }) } }));

export async function publishDraft(id: number): Promise<Draft> {
  const published = await ask(api.POST('/api/v1/changesets/{changeset_id}/publish', { ...at(id), body: {} }));
  areaTick.value++;
  return published;
}

export async function undoDraft(id: number): Promise<Draft> {
  const undone = await ask(api.POST('/api/v1/changesets/{changeset_id}/undo', at(id)));
  areaTick.value++;
  return undone;
}

/** Draws the grids of a file in the draft. */
export function importInto(id: number, file: File) {
  const given = { path: { changeset_id: id }, query: { name: file.name } };
  const headers = { 'Content-Type': 'application/octet-stream' };
  return ask(api.POST('/api/v1/changesets/{changeset_id}/import', { params: given, headers, body: file as unknown as string, bodySerializer: (body: string) => body }));
}
