import { api, ask, onNotSignedIn, Problem } from '../api/client';
import { called, expired, live, picked, reporting, session, signInOpen } from '../state';
import { openHomePage, openMap } from './desks';
import { forgetWork, recallSession } from './work';
import { forget, recall, remember } from '../storage';

/** Remembers that there may be a cookie (which scripts cannot see), to spare strangers a 401. */
const hint = 'gisgrid.signed-in';

let answered = false;

/** Who is signed in here, if anybody? */
export async function resumeSession(): Promise<void> {
  if (recall(hint) === null && !session.peek()) return;
  try {
    session.value = await ask(api.GET('/api/v1/sessions'));
    answered = true;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) return;
    if (thrown.status === 401) await end();
    else if (thrown.isAway) session.value ??= await recallSession(); // no network: the one who works on this device
  }
}

/** Notices when the server has forgotten who was signed in: at any 401, when the page is looked at again, and when its stream of events, which ends with the session, has come back. */
export function followSession(): void {
  onNotSignedIn(() => {
    if (session.peek()) void end();
  });
  let first = true;
  live.subscribe((state) => {
    if (state !== 'live') return;
    if (session.peek() && !(first && answered)) void resumeSession(); // as the page began, it asked a moment ago
    first = false;
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && session.peek()) void resumeSession();
  });
}

/** It is said, and the page stays what it is: its address asks to sign in, and then shows it again. */
async function end(): Promise<void> {
  forget(hint);
  session.value = null;
  expired.value = true;
  await forgetWork();
}

/** Throws Problem when name and secret do not match. */
export async function signIn(name: string, secret: string): Promise<void> {
  session.value = await ask(api.POST('/api/v1/sessions', { body: { name, secret } }));
  remember(hint, '1');
  signInOpen.value = false;
  expired.value = false;
  if (!called.peek() && !picked.peek() && !reporting.peek()) openHomePage();
  called.value = null;
}

export async function signOut(): Promise<void> {
  await ask(api.DELETE('/api/v1/sessions'));
  await leave();
}

/** Nothing of who was signed in stays on this device, but steps and pings that the server does not have yet. */
async function leave(): Promise<void> {
  forget(hint);
  session.value = called.value = null;
  if (picked.peek()?.what === 'desk') openMap();
  await forgetWork();
}
