/* Long because all that the page knows is in one place. */
import { computed, signal } from '@preact/signals';
import type {
  AreaFeature,
  AreaProperties,
  BoundaryComparison,
  BoundaryHistory,
  Category,
  Config,
  Counters,
  FollowedReport,
  Leads,
  LiveArea,
  FiguresBy,
  Located,
  LonLat,
  NearTicket,
  NetworkFacts,
  Problem,
  Ranking,
  ReportOut,
  Session,
  Ticket,
  Workflow,
  WorkLists,
} from './api/client';
import type { Waiting } from './queue';
import type { Pair } from './spans';
import { type Desk, firstAsk, type FiguresAsk, type Lang, type ListFilter, noFilter, type Route, type Tab, type View } from './route';

/** Everything that the page shows is derived from the signals of this one module. */

export type { FiguresAsk, Lang, Period, Tab, View } from './route';
export { noFilter } from './route';

export type Loadable<T> = { value: T | null; loading: boolean; problem: Problem | null };
export type CounterName = Exclude<keyof Counters, 'network'>;
/** Words that the server has in both languages. */
export type Said = { zh: string; en: string };
/** What a layer's folder says of it (layer.toml), as the style brings it. */
export type LayerFacts = {
  name: Said;
  thing?: Said;
  order?: number;
  census?: boolean;
  /** Does a part of it colour the ground? As the style says by its band. */
  covers?: boolean;
  /** Below this zoom its tiles add up by the shapes of another layer, so a change there changes them. */
  figures?: { of: string; below: number };
  legend?: (Said & { fill: string; line?: string; shape?: 'disc' | 'band' | 'dashes'; when?: unknown[] })[];
  page?: (Said & { field: string; as?: 'degrees' | 'time' | 'area'; absent?: Said; words?: Record<string, Said> })[];
  chip?: Said & { field: string };
};
/** A thing on the map as its tile says it. */
export type Thing = Record<string, unknown> & { code: string; name: string };
/** What lies on top of the area's page; a pile is several tickets at one place; follow without a number: which? A thing is null until the map has found it. */
export type Picked =
  | { what: 'ticket'; number: string }
  | { what: 'pile'; numbers: string[] }
  | { what: 'thing'; layer: string; code: string; thing: Thing | null }
  | { what: 'follow'; number: string }
  | { what: 'desk'; desk: Desk; item: string }
  | null;
export type WorkListName = keyof WorkLists;
/** Bounds, a place to be looked at closely, or exactly a view. */
export type Goal = { bounds: [number, number, number, number] } | { lon: number; lat: number } | { view: View };
export type Snap = 'peek' | 'half' | 'full';
export type Filter = ListFilter;
export type Census = Record<string, number>;
/** A photo for the report being written; `gps` is where the camera says it was. */
export type Chosen = {
  file: File;
  url: string;
  gps: LonLat | null;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  problem: Problem | null;
};
export type KeptReport = { number: string; secret: string; at: string };
/** An open ticket that may be the same as the one being written; without a distance where only its grid is known. */
export type Near = Pick<NearTicket, 'number' | 'category' | 'received_at' | 'followers' | 'words'> & { distance_m: number | null };
export type PlaceBy = 'map' | 'gps' | 'typed' | 'code';
export type Place = { lon: number; lat: number; system: string; accuracy_m?: number };

export const idle = <T>(): Loadable<T> => ({ value: null, loading: false, problem: null });

/** The colours of page and map; the wall is a page of its own at `/wall`. */
export const theme = signal<'day' | 'dark' | 'wall'>((globalThis.location?.pathname ?? '').endsWith('/wall') ? 'wall' : 'day');
export const lang = signal<Lang>('zh-CN');
/** Epoch seconds; moves once a minute, so that due states do without a reload. */
export const now = signal(Math.floor(Date.now() / 1000));
/** The server's settings; these until they are there. */
export const config = signal<Config>({
  zone: 'Asia/Shanghai',
  due_soon_hours: 24,
  network: 'base',
  version: '',
  sample: false,
  roles: [],
  levels: [],
});
export const live = signal<'connecting' | 'live' | 'polling' | 'offline'>('connecting');

export const session = signal<Session | null>(null);
/** Does the signed-in user's role allow this action? The server decides where and with what. */
export const may = (action: string): boolean => session.value?.may.includes(action) ?? false;
/** Since when the server has not been heard, once that lasts; null while it is. */
export const lostAt = signal<string | null>(null);
/** Is it still being asked who is signed in? */
export const resuming = signal(true);
/** Somebody was signed in, and the server has forgotten it. */
export const expired = signal(false);
/** Why there are no categories. */
export const catalogueProblem = signal<Problem | null>(null);
export const categories = signal<Category[]>([]);
/** The templates of steps, each with its steps in order. */
export const workflows = signal<Workflow[]>([]);

/** The networks of the server, the unified grid first. */
export const networks = signal<NetworkFacts[]>([]);
/** The network that is shown; empty: the one that the server means. */
export const network = signal('');
/** The part of a question that names the network, where it is not the server's own. */
export const ofNetwork = (): { network?: string } => (network.value ? { network: network.value } : {});

/** The topmost area, where the map opens and counting starts. */
export const home = signal<AreaFeature | null>(null);
/** The server has no area at all yet. */
export const deserted = signal(false);
/** The area whose figures, tickets and facts are shown; null until `home` is known, empty: the whole network. */
export const scope = signal<string | null>(null);
export const area = signal<Loadable<AreaFeature>>(idle());
/** Every area without its shape, for search and legend; null until it is there. */
export const areaIndex = signal<AreaProperties[] | null>(null);
/** What areas are called that the index has not (they ended, or are of another date), as far as the server was asked; and which are to be asked for. */
export const formerNames = signal<ReadonlyMap<string, string>>(new Map());
export const unnamed = signal<ReadonlySet<string>>(new Set());
/** What the chosen area is: of the index until the area itself is there, so that no page says another's name meanwhile. */
export const here = computed<AreaProperties | null>(() => {
  const { value, loading } = area.value;
  if (value && (!loading || value.properties.code === scope.value)) return value.properties;
  return areaIndex.value?.find(({ code }) => code === scope.value) ?? null;
});
/** From the top down to the area itself, as far as the index knows. */
export const trail = computed<AreaProperties[]>(() => {
  const known = new Map(areaIndex.value?.map((one) => [one.code, one]));
  const line: AreaProperties[] = [];
  for (let one = here.value ?? undefined; one; one = known.get(one.parent ?? '')) line.unshift(one);
  const top = home.value?.properties;
  return top?.code === '' && line[0]?.code ? [top, ...line] : line; // of a network of several topmost areas
});

export const counters = signal<Loadable<Counters>>(idle());
export const tickets = signal<Loadable<Ticket[]>>(idle());
export const filter = signal<Filter>(noFilter);
/** How many tickets are on each work list of a signed-in user. */
export const workLists = signal<Loadable<WorkLists>>(idle());

export const figuresAsk = signal<FiguresAsk>(firstAsk);
export const figures = signal<Loadable<FiguresBy>>(idle());
/** The figures of two spans; null where the area was not there. */
export type Compared = { by: FiguresBy['by']; spans: Pair; now: FiguresBy | null; before: FiguresBy | null };
export const compared = signal<Loadable<Compared>>(idle());
export const ranking = signal<Loadable<Ranking>>(idle());

export const picked = signal<Picked>(null);
export const ticket = signal<Loadable<Ticket>>(idle());
/** The tickets of a pile. */
export const pile = signal<Loadable<Ticket[]>>(idle());

/** Where the thing is that lies on top, as its tile draws it; null until that is there. */
export const spot = signal<GeoJSON.Geometry | null>(null);

/** Where the search's last place or street lies, and the area whose page shows it. */
export const foundAt = signal<(LonLat & { area: string }) | null>(null);

export const view = signal<View | null>(null);
/** A place that the map should move to; the map takes it and sets null. */
export const goal = signal<Goal | null>(null);
/** Layer ids that the style offers to this caller, in its order. */
export const layersOffered = signal<string[]>([]);
export const layerFacts = signal<Record<string, LayerFacts>>({});
export const layersOff = signal<ReadonlySet<string>>(new Set());
/** Are closed tickets on the map? They are far more than the open ones. */
export const closedShown = signal(false);
/** The date of boundaries, tickets on the map and counters; empty: now. */
export const at = signal('');
/** Is the bar with the dates open? */
export const timeOpen = signal(false);
/** Until which day is shown what changed from the map's date on? `1`: until now; empty: nothing is. */
export const comparing = signal('');
/** When the boundaries changed, oldest first. */
export const boundaryHistory = signal<Loadable<BoundaryHistory>>(idle());
export const comparison = signal<Loadable<BoundaryComparison>>(idle());
/** The part of a question that names the date. */
export const ofDate = (): { at?: string } => (at.value ? { at: at.value } : {});
export const census = signal<Census>({});
/** `lost`: its code is not there any more, after an upgrade of the server. */
export const mapState = signal<'loading' | 'ready' | 'unsupported' | 'lost'>('loading');
/** Will there be no map on this page? */
export const mapless = computed(() => mapState.value === 'unsupported' || mapState.value === 'lost');
/** What of the map failed to come and is asked for again. */
export const mapFault = signal<'' | 'style' | 'tiles'>('');

export const tab = signal<Tab>('tickets');
export const snap = signal<Snap>('peek');
/** Is this a screen with room for the legend beside the map? */
export const roomy = signal(false);
/** Does the user want the legend? Null: nobody said. */
export const layersWanted = signal<boolean | null>(null);
const wideDesks: Desk[] = ['table', 'posts', 'rules', 'categories', 'targets', 'people', 'audit'];
/** Has a table the larger part of the screen? */
export const wide = computed(() => picked.value?.what === 'desk' && wideDesks.includes(picked.value.desk));
/** Unasked the legend is open where it leaves the map in sight. */
export const layersOpen = computed(() => layersWanted.value ?? (roomy.value && !wide.value));
/** What the address named when it was opened or typed, until somebody signs in or out; null: nothing. Then a role's own page may open. */
export const called = signal<Route | null>(null);
export const signInOpen = signal(false);
export const helpOpen = signal(false);

/** The report being written, or null when none is. */
export const reporting = signal(false);
export const placeBy = signal<PlaceBy>('map');
export const place = signal<Place | null>(null);
/** The code that was scanned; empty: none was. */
export const scanCode = signal('');
/** Where a scanned code leads, and which of these areas the report is about. */
export const scanned = signal<Loadable<Leads>>(idle());
export const named = signal<LiveArea | null>(null);
/** Of several grids that a vague place may lie in, the one that the reporter says it is; empty: none said. */
export const saidGrid = signal('');
export const located = signal<Loadable<Located>>(idle());
export const nearby = signal<Near[]>([]);
/** What was written so far; it stays when the form is left, until it was sent. */
export const draft = { category: signal(''), words: signal(''), name: signal(''), phone: signal('') };
export const receipt = signal<ReportOut | null>(null);
export const chosen = signal<Chosen[]>([]);

/** This browser keeps nothing: number and access code are gone with the page. */
export const unkept = signal(false);
/** Reports that wait on this device for the server; and whether the one just written does. */
export const waiting = signal<Waiting[]>([]);
export const setAside = signal(false);
/** Reports that this browser knows the secrets of, and the one that is open. */
export const kept = signal<KeptReport[]>([]);
export const followed = signal<Loadable<FollowedReport>>(idle());
/** Addresses of the pictures that are looked at, and which of them is shown. */
export const lightbox = signal<{ sources: string[]; at: number } | null>(null);

/** What a page of staff shows on the map: shapes of a draft, its problems, what moves; areas in the colour of a figure. */
export const sketch = signal<GeoJSON.Feature[]>([]);
/** What colours on the map mean that no layer brought: the question that they answer, and the classes of its answers; by who drew them. */
export type SheetKey = { question: string; classes: { look: string; words: string; shape?: 'dashes' | 'band' }[] };
export const sheetKeys = signal<{ figure?: SheetKey | undefined; changes?: SheetKey | undefined }>({});
/** Where the line between before and after is, in hundredths of the map's width; null: there is none. */
export const swipe = signal<number | null>(null);
/** A page waits for a click on the map, which is then no opening of what is there. */
export const picking = signal<((at: LonLat) => void) | null>(null);
/** The corners of what is measured on the map, in their order; null: nothing is. */
export const measured = signal<LonLat[] | null>(null);
export const printOpen = signal(false);

/** Bumped when the server says that something of this kind changed. */
export const areaTick = signal(0);
export const ticketTick = signal(0);
/** The same for parts: the list has to be asked for again; the open ticket changed; badges and figures may have. */
export const listTick = signal(0);
export const pickedTick = signal(0);
export const workTick = signal(0);

export const page = computed(() => {
  if (reporting.value) return 'report';
  return picked.value?.what ?? 'area';
});
