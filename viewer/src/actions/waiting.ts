import { api, ask, Problem, type ReportIn } from '../api/client';
import { whyRefused } from '../i18n';
import { alone, dropWaiting, keepWaiting, listWaiting, type Waiting } from '../queue';
import { chosen, live, ticketTick, waiting } from '../state';
import { keepReport } from './follow';
import { dropPhotos, sendOwnPhoto } from './photos';

/** Keeps a report with its photos on this device until the server can be reached; false where the browser keeps nothing. */
export async function putAside(body: ReportIn & { client_ref: string }): Promise<boolean> {
  const photos = chosen.peek().map(({ file }) => file);
  try {
    await keepWaiting({ client_ref: body.client_ref, body, photos });
  } catch {
    return false;
  }
  dropPhotos();
  await renew();
  return true;
}

export async function discard(client_ref: string): Promise<void> {
  await dropWaiting(client_ref);
  await renew();
}

/** Sends what waits, at once and whenever the server is back. */
export function followWaiting(): void {
  void renew();
  live.subscribe((state) => {
    if (state === 'live') void sendAll();
  });
}

async function renew(): Promise<void> {
  waiting.value = await listWaiting().catch(() => []);
}

/** One page at a time: the server takes a report once by its key, but a photo twice. */
async function sendAll(): Promise<void> {
  await alone('gisgrid.waiting', async () => {
    for (const one of await listWaiting().catch(() => [])) if (!one.refused) await send(one);
    await renew();
  });
}

async function send(one: Waiting): Promise<void> {
  try {
    const taken = one.taken ?? (await ask(api.POST('/api/v1/reports', { body: one.body })));
    const { number, secret } = taken;
    keepReport(number, secret);
    let { photos } = one;
    await keepWaiting({ ...one, taken: { number, secret }, photos });
    for (const photo of one.photos) {
      await sendOwnPhoto({ number, secret }, photo);
      photos = photos.slice(1);
      await keepWaiting({ ...one, taken: { number, secret }, photos });
    }
    await dropWaiting(one.client_ref);
    ticketTick.value++;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.isFinal) await keepWaiting({ ...one, refused: whyRefused(thrown) });
  }
}
