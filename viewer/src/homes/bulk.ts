import { handOver, listAssignees } from '../actions/cooperation';
import { api, ask, asProblem, type Assignees, type LonLat, Problem, type Ticket } from '../api/client';
import { whyRefused } from '../i18n';

/** What is to be done with each of the selected tickets. */
export type Deed =
  | { what: 'give'; to: { department: string } | { post: number } | { role: string } }
  | { what: 'step'; step: string }
  | { what: 'category'; category: string };

export type Failure = { number: string; why: string };

/** Does it with one ticket after the other, and says what became of each; one that is refused stops no other. */
export async function doAll(tickets: Ticket[], deed: Deed, note: string, noPost: string, tell: (done: number) => void): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const [place, ticket] of tickets.entries()) {
    tell(place);
    await doOne(ticket, deed, note, noPost).catch((thrown) => failures.push({ number: ticket.number, why: reason(thrown) }));
  }
  return failures;
}

const reason = (thrown: unknown): string => whyRefused(asProblem(thrown));

async function doOne({ number, grid }: Ticket, deed: Deed, note: string, noPost: string): Promise<unknown> {
  const params = { path: { number } };
  const said = note.trim() ? { note: note.trim() } : {};
  if (deed.what === 'step') return ask(api.POST('/api/v1/tickets/{number}/steps', { params, body: { step: deed.step, ...said } }));
  if (deed.what === 'category') return ask(api.PUT('/api/v1/tickets/{number}/category', { params, body: { category: deed.category, ...said } }));
  if (!('role' in deed.to)) return handOver(number, deed.to, note);
  const { role } = deed.to;
  const { posts } = await listAssignees(number);
  const own = posts.filter((post) => post.role === role && (!grid || post.area === grid.code));
  const post = own.find(({ is_on_shift }) => is_on_shift) ?? own[0];
  if (!post) throw new Problem(409, '', [{ field: 'post', message: noPost, remedy: '' }]);
  return handOver(number, { post: post.post }, note);
}

/** Whom all of these can be given to: by role, each to its own grid's; posts above all of them; departments. */
export async function listTargets(tickets: Ticket[]): Promise<{ roles: string[]; posts: Assignees['posts']; departments: string[] }> {
  const all = await Promise.all(tickets.slice(0, 20).map(({ number }) => listAssignees(number)));
  const [first, ...others] = all;
  if (!first) return { roles: [], posts: [], departments: [] };
  const common = first.posts.filter(({ post }) => others.every(({ posts }) => posts.some((one) => one.post === post)));
  const roles = new Set(all.flatMap(({ posts }, at) => posts.filter(({ area }) => area === tickets[at]?.grid?.code).map(({ role }) => role)));
  return { roles: [...roles], posts: tickets.length > 20 ? [] : common, departments: first.departments };
}

/** The ticket lies here. Throws Problem. */
export function setPlace(number: string, { lon, lat }: LonLat, note = ''): Promise<Ticket> {
  const body = { lon, lat, system: 'wgs84', ...(note && { note }) };
  return ask(api.PUT('/api/v1/tickets/{number}/place', { params: { path: { number } }, body }));
}
