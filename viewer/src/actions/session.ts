import { api, ask, onNotSignedIn, Problem } from '../api/client';
import { expired, live, session, signInOpen } from '../state';
import { forget, recall, remember } from '../storage';

/** Remembers that there may be a cookie (which scripts cannot see), to spare strangers a 401. */
const hint = 'gisgrid.signed-in';

/** Who is signed in here, if anybody? */
export async function resumeSession(): Promise<void> {
  if (recall(hint) === null && !session.peek()) return;
  try {
    session.value = await ask(api.GET('/api/v1/sessions'));
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status === 401) forget(hint);
  }
}

/** Notices when the server has forgotten who was signed in: at any 401, when the page is looked at again, and when its stream of events, which ends with the session, has come back. */
export function followSession(): void {
  onNotSignedIn(() => {
    if (!session.peek()) return;
    session.value = null;
    expired.value = true;
  });
  live.subscribe((state) => {
    if (state === 'live' && session.peek()) void resumeSession();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && session.peek()) void resumeSession();
  });
}

/** Throws Problem when name and secret do not match. */
export async function signIn(name: string, secret: string): Promise<void> {
  session.value = await ask(api.POST('/api/v1/sessions', { body: { name, secret } }));
  remember(hint, '1');
  signInOpen.value = false;
  expired.value = false;
}

export async function signOut(): Promise<void> {
  await ask(api.DELETE('/api/v1/sessions'));
  forget(hint);
  session.value = null;
}
