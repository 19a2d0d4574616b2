import { effect } from '@preact/signals';
import { api, ask, type FollowedReport, Problem, type Subscription } from '../api/client';
import { followed, kept, type KeptReport, picked, pickedTick, reporting, snap, ticketTick, unkept } from '../state';
import { recall, remember } from '../storage';
import { loader } from './load';

/** Numbers and secrets of this browser's own reports; they leave it only in the header of a question about them. */
const place = 'gisgrid.reports';
const most = 50;

export function readKept(): void {
  kept.value = held();
}

function held(): KeptReport[] {
  try {
    const found: unknown = JSON.parse(recall(place) ?? '[]');
    return Array.isArray(found) ? found.filter(isKept) : [];
  } catch {
    return [];
  }
}

function isKept(one: unknown): one is KeptReport {
  const { number, secret, at } = (one ?? {}) as Record<string, unknown>;
  return [number, secret, at].every((part) => typeof part === 'string');
}

export function keepReport(number: string, secret: string): void {
  const others = held().filter((one) => one.number !== number);
  write([{ number, secret, at: new Date().toISOString() }, ...others].slice(0, most));
}

export function forgetReport(number: string): void {
  write(held().filter((one) => one.number !== number));
}

function write(reports: KeptReport[]): void {
  kept.value = reports;
  unkept.value = !remember(place, JSON.stringify(reports));
}

export const secretOf = (number: string): string => kept.value.find((one) => one.number === number)?.secret ?? '';

/** Opens the list of one's own reports, or one of them. */
export function openFollow(number = ''): void {
  reporting.value = false;
  picked.value = { what: 'follow', number };
  snap.value = 'full';
}

function header(number: string, secret = secretOf(number)) {
  return { params: { path: { number }, header: { 'x-report-secret': secret } } };
}

/** One of one's own reports. Throws Problem. */
export const readReport = (number: string): Promise<FollowedReport> => ask(api.GET('/api/v1/reports/{number}', header(number)));

/** Looks whether number and secret belong together, keeps them and opens the report. Throws Problem. */
export async function followNew(number: string, secret: string): Promise<void> {
  await ask(api.GET('/api/v1/reports/{number}', header(number, secret)));
  keepReport(number, secret);
  openFollow(number);
}

export async function answer(number: string, text: string): Promise<void> {
  show(await ask(api.POST('/api/v1/reports/{number}/answers', { ...header(number), body: { text } })));
}

export async function rate(number: string, score: number, words: string): Promise<void> {
  const body = { score, ...(words.trim() && { words: words.trim() }) };
  show(await ask(api.POST('/api/v1/reports/{number}/rating', { ...header(number), body })));
  ticketTick.value++;
}

/** By which ways the reporter hears of his report, by which he could, and until when he may reopen it. Throws Problem. */
export const readSubscription = (number: string): Promise<Subscription> => ask(api.GET('/api/v1/reports/{number}/subscription', header(number)));

/** Subscribes by these ways; null ends one. Throws Problem. */
export function subscribe(number: string, body: { email?: string | null; phone?: string | null }): Promise<Subscription> {
  return ask(api.PUT('/api/v1/reports/{number}/subscription', { ...header(number), body }));
}

/** A closed report is not done after all. Throws Problem. */
export async function reopen(number: string, text: string): Promise<void> {
  show(await ask(api.POST('/api/v1/reports/{number}/reopen', { ...header(number), body: { text } })));
  ticketTick.value++;
}

function show(value: FollowedReport): void {
  followed.value = { value, loading: false, problem: null };
}

/** Staff tell the reporter something; `asks` stops the clock until he answers. Throws Problem. */
export async function tell(number: string, text: string, asks: boolean): Promise<void> {
  const params = { path: { number } };
  if (asks) await stopClock(number, text);
  await ask(api.POST('/api/v1/tickets/{number}/answers', { params, body: { text } }));
  ticketTick.value++;
}

/** Stops the clock; a clock that is stopped already is fine. */
async function stopClock(number: string, reason: string): Promise<void> {
  const body = { state: 'paused', reason } as const;
  await ask(api.PUT('/api/v1/tickets/{number}/clock', { params: { path: { number } }, body })).catch((thrown) => {
    if (!(thrown instanceof Problem && thrown.status === 409)) throw thrown;
  });
}

/** Keeps the followed report in step with what is open and with the server. */
export function followFollowed(): () => void {
  const load = loader(followed);
  return effect(() => {
    const open = picked.value;
    if (open?.what !== 'follow' || ticketTick.value < 0 || pickedTick.value < 0) return;
    if (followed.peek().value?.number !== open.number) followed.value = { ...followed.peek(), value: null };
    const secret = secretOf(open.number);
    if (open.number && secret) void load(() => ask(api.GET('/api/v1/reports/{number}', header(open.number, secret))), open.number);
  });
}
