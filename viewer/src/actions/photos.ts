import { api, ask, asProblem, type LonLat, type PhotoReceipt } from '../api/client';
import { readGps } from '../exif';
import { at } from '../home';
import { type Chosen, chosen, lightbox, receipt, ticketTick } from '../state';

/** What a phone turns its own kinds of pictures into when it is asked for these. */
export const accepted = 'image/jpeg,image/png,image/webp';

/** Photos that were picked or taken go to the report being written. */
export async function choosePhotos(files: Iterable<File>): Promise<void> {
  const made = [...files].map((file): Promise<Chosen> =>
    readGps(file).then((gps) => ({ file, url: URL.createObjectURL(file), gps, state: 'waiting', problem: null })),
  );
  chosen.value = [...chosen.peek(), ...(await Promise.all(made))];
}

export function dropPhoto(photo: Chosen): void {
  URL.revokeObjectURL(photo.url);
  chosen.value = chosen.peek().filter((one) => one !== photo);
}

export function dropPhotos(): void {
  for (const { url } of chosen.peek()) URL.revokeObjectURL(url);
  chosen.value = [];
}

/** Sends the photos of the report that was just taken in, one after the other; those that failed stay to be sent again. */
export async function sendPhotos(): Promise<void> {
  const to = receipt.peek();
  if (!to) return;
  for (const { url, file, state } of chosen.peek()) {
    if (state === 'sent') continue;
    change(url, { state: 'sending', problem: null });
    await sendOwnPhoto(to, file).then(
      () => change(url, { state: 'sent' }),
      (thrown) => change(url, { state: 'failed', problem: asProblem(thrown) }),
    );
  }
}

function change(url: string, to: Partial<Chosen>): void {
  chosen.value = chosen.peek().map((one) => (one.url === url ? { ...one, ...to } : one));
}

/** The body is the bytes themselves; the client must not serialise it. */
const raw = (file: File) => ({
  body: file as unknown as string,
  bodySerializer: (body: string) => body,
});

export function sendOwnPhoto({ number, secret }: { number: string; secret: string }, file: File): Promise<PhotoReceipt> {
  const params = { path: { number }, header: { 'x-report-secret': secret } };
  const headers = { 'Content-Type': file.type || 'application/octet-stream' };
  return ask(api.POST('/api/v1/reports/{number}/photos', { params, headers, ...raw(file) }));
}

/** Throws Problem. */
export function sendStaffPhoto(number: string, file: File): Promise<PhotoReceipt> {
  const headers = { 'Content-Type': file.type || 'application/octet-stream' };
  return ask(api.POST('/api/v1/tickets/{number}/photos', { params: { path: { number } }, headers, ...raw(file) }));
}

/** Staff add a photo to a ticket. Throws Problem. */
export async function addPhoto(number: string, file: File): Promise<PhotoReceipt> {
  const added = await sendStaffPhoto(number, file);
  ticketTick.value++;
  return added;
}

/** A photo of one's own report; staff see theirs by their session. Revoke the address once the photo is hidden. */
export async function ownPhoto(number: string, secret: string, photo_id: number, size: 'large' | 'small'): Promise<string> {
  const params = { path: { number, photo_id }, query: { size }, header: { 'x-report-secret': secret } };
  const blob = await ask(api.GET('/api/v1/reports/{number}/photos/{photo_id}', { params, parseAs: 'blob' }));
  return URL.createObjectURL(blob as unknown as Blob);
}

export const staffPhoto = (number: string, photo_id: number, size: 'large' | 'small'): string =>
  at(`/api/v1/tickets/${encodeURIComponent(number)}/photos/${photo_id}?size=${size}`);

/** Pictures that were fetched for this alone are let go. */
export function closePhotos(): void {
  for (const source of lightbox.peek()?.sources ?? []) if (source.startsWith('blob:')) URL.revokeObjectURL(source);
  lightbox.value = null;
}

/** The next or the one before, where there is one. */
export function turnPhotos(steps: number): void {
  const shown = lightbox.peek();
  if (!shown || steps === 0) return;
  const at = Math.max(0, Math.min(shown.sources.length - 1, shown.at + steps));
  lightbox.value = { ...shown, at };
}

/** The ticket is where the photo was taken. Throws Problem. */
export async function moveTicket(number: string, { lon, lat }: LonLat, note: string): Promise<void> {
  const body = { lon, lat, system: 'wgs84', note };
  await ask(api.PUT('/api/v1/tickets/{number}/place', { params: { path: { number } }, body }));
  ticketTick.value++;
}
