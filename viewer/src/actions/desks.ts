import { effect } from '@preact/signals';
import { type Desk, desks } from '../route';
import { moveTo } from './areas';
import { called, home, may, network, picked, reporting, scope, session, snap, tab } from '../state';

/** The action without which a page has nothing to show. */
const needs: Record<Desk, string> = {
  work: 'send_pings',
  table: 'hand_to_department',
  drafts: 'draw_boundaries',
  posts: 'manage_posts',
  rules: 'manage_rules',
  categories: 'manage_rules',
  targets: 'manage_targets',
  people: 'manage_accounts',
  audit: 'see_audit',
};

/** The pages that the server lets who is signed in use. */
export const ownDesks = (): Desk[] => desks.filter((desk) => may(needs[desk]));

export function openDesk(desk: Desk, item = ''): void {
  reporting.value = false;
  picked.value = { what: 'desk', desk, item };
  snap.value = 'full';
}

export function openMap(): void {
  reporting.value = false;
  picked.value = null;
  tab.value = 'tickets';
  snap.value = 'half';
}

/** The ranking and figures of the whole area that somebody leads. */
export function openFigures(): void {
  reporting.value = false;
  picked.value = null;
  scope.value = session.peek()?.area || (home.peek()?.properties.code ?? null);
  tab.value = 'figures';
  snap.value = 'full';
}

/** Beside his work somebody on the ground sees his own area: its figures, its list, its place on the map; also by a link or from the menu. */
export function followOwnWork(): void {
  effect(() => {
    const own = session.value?.area;
    const works = picked.value?.what === 'desk' && picked.value.desk === 'work';
    if (!works || !own || network.value || scope.value === null || scope.value === own || scope.value !== home.value?.properties.code) return;
    scope.value = own;
    if (!called.peek()?.view) void moveTo(own);
  });
}

/** The page that the role of who signed in begins with. */
export function openHomePage(): void {
  const begins = session.peek()?.home ?? 'map';
  const desk = ownDesks().find((one) => one === begins);
  if (begins === 'figures') openFigures();
  else if (desk) openDesk(desk);
}
