import { signal } from '@preact/signals';
import { api, ask, Problem, type Session, type Ticket } from '../api/client';
import { whyRefused } from '../i18n';
import { alone, clear, drop, keep, type KeptStep, listKept } from '../queue';
import { live, session, ticketTick } from '../state';
import { sendStaffPhoto } from './photos';
import { getTicket } from './tickets';

export type Work = { tickets: Ticket[]; at: string; isKept: boolean };

/** Steps that were taken on this device, and that the server does not have yet or has refused. */
export const steps = signal<KeptStep[]>([]);

/** The open tickets of who works here; without a network those that this device had last. Throws Problem. */
export async function readWork(list: 'mine' | 'area'): Promise<Work> {
  const who = session.peek();
  const query = { list, limit: 200 } as const;
  try {
    const { tickets } = await ask(api.GET('/api/v1/tickets', { params: { query } }));
    const at = new Date().toISOString();
    if (who && list === 'mine') await keep('work', { account: who.name, session: who, tickets, at }).catch(() => undefined);
    return { tickets, at, isKept: false };
  } catch (thrown) {
    const kept = list === 'mine' && isUnreachable(thrown) ? await recallWork() : undefined;
    if (!kept || kept.account !== who?.name) throw thrown;
    return { tickets: kept.tickets, at: kept.at, isKept: true };
  }
}

const recallWork = async () => (await listKept('work').catch(() => [])).at(0);

/** Who worked on this device last, and did not sign out. */
export const recallSession = async (): Promise<Session | null> => (await recallWork())?.session ?? null;

export async function forgetWork(): Promise<void> {
  await clear('work').catch(() => undefined);
}

/** Takes a step, with photos before it. It is kept on this device first, so that neither a lost network nor a closed page loses it. */
export async function workOn(number: string, step: string, note: string, photos: File[]): Promise<'sent' | 'kept'> {
  const account = session.peek()?.name ?? '';
  const one: KeptStep = { number, step, note, photos, account, at: new Date().toISOString() };
  const isKept = await keep('steps', one).then(
    () => true,
    () => false,
  );
  try {
    await sendStep(one, isKept);
    return 'sent';
  } catch (thrown) {
    if (isUnreachable(thrown) && isKept) return 'kept';
    if (isKept) await drop('steps', number);
    throw thrown;
  } finally {
    await renew();
    ticketTick.value++;
  }
}

export async function discardStep(number: string): Promise<void> {
  await drop('steps', number);
  await renew();
}

/** Sends what waits, at once and whenever the server is back, as long as who took the steps is signed in. */
export function followSteps(): void {
  void renew();
  live.subscribe((state) => {
    if (state === 'live') void sendSteps();
  });
  session.subscribe((who) => {
    if (who && live.peek() === 'live') void sendSteps();
  });
}

async function renew(): Promise<void> {
  steps.value = await listKept('steps').catch(() => []);
}

async function sendSteps(): Promise<void> {
  await alone('gisgrid.steps', async () => {
    const waiting = await listKept('steps').catch(() => []);
    for (const one of waiting) {
      if (one.refused || one.account !== session.peek()?.name) continue;
      await sendStep(one, true).catch(async (thrown) => {
        if (thrown instanceof Problem && thrown.isFinal) await keep('steps', { ...one, refused: whyRefused(thrown) });
      });
    }
    await renew();
    if (steps.peek().length < waiting.length) ticketTick.value++;
  });
}

async function sendStep(one: KeptStep, isKept: boolean): Promise<void> {
  const { number, step, note } = one;
  if (one.tried && (await isTaken(one))) {
    await drop('steps', number);
    return;
  }
  if (isKept) await keep('steps', { ...one, tried: true });
  for (const photo of one.photos) await sendStaffPhoto(number, photo); // the same picture again is not added again
  await ask(api.POST('/api/v1/tickets/{number}/steps', { params: { path: { number } }, body: { step, ...(note && { note }) } }));
  if (isKept) await drop('steps', number);
}

/** Was the step taken, and only the answer lost? */
async function isTaken({ number, step, account, at }: KeptStep): Promise<boolean> {
  const { history = [] } = await getTicket(number);
  return history.some((one) => one.to_step === step && one.actor === account && one.from_step !== step && Date.parse(one.at) > Date.parse(at) - 60_000);
}

const isUnreachable = (thrown: unknown): boolean => thrown instanceof Problem && thrown.isAway;
