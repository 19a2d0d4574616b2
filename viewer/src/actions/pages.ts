import { at, closedShown, comparing, home, figuresAsk, filter, lang, layersOff, network, picked, reporting, scanCode, scope, snap, tab, view } from '../state';
import { below, isUnder, type Page, parse, type Route } from '../route';

/** What an entry of the browser's history carries: the address of the one before it. */
export type Entry = { from: string } | null;

/** What is shown, as the address says it. */
export function routeOf(): Route {
  return {
    page: pageOf(),
    view: view.value,
    area: scope.value === home.value?.properties.code ? '' : (scope.value ?? ''),
    tab: tab.value,
    filter: filter.value,
    figures: figuresAsk.value,
    network: network.value,
    off: [...layersOff.value],
    closed: closedShown.value,
    at: at.value,
    changes: at.value && comparing.value,
    lang: lang.value,
  };
}

function pageOf(): Page {
  const on = picked.value;
  if (reporting.value) return { what: 'report', code: scanCode.value };
  if (on?.what === 'thing') return { what: 'thing', layer: on.layer, code: on.code };
  return on ?? { what: 'area' };
}

/** Closes the page on top: a step back where it was opened from the page under it, so that Back does not open it again. */
export function goUp(): void {
  const here = routeOf();
  const entry = history.state as Entry;
  if (entry && isUnder(parse(entry.from), here)) {
    history.back();
    return;
  }
  const under = below(here.page);
  reporting.value = false;
  picked.value = under.what === 'follow' || under.what === 'desk' ? under : null;
  if (under.what === 'area' && snap.peek() === 'full') snap.value = 'half';
}
