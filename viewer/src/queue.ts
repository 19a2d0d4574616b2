import type { ReportIn, Session, Ticket } from './api/client';

/** A report that could not be sent: it waits on this device, and outlives the page. */
export type Waiting = {
  client_ref: string;
  body: ReportIn;
  photos: File[];
  /** Once the server has taken it in, while photos are still to be sent. */
  taken?: { number: string; secret: string };
  /** Why the server refused it; it is not sent again. */
  refused?: string;
};

/** A step of a ticket that was taken on this device, by whom; sent as soon as the server can be reached. */
export type KeptStep = {
  number: string;
  step: string;
  note: string;
  photos: File[];
  account: string;
  at: string;
  /** It was sent at least once, and the answer may have been lost. */
  tried?: boolean;
  refused?: string;
};

/** Where this device was on patrol. */
export type KeptPing = { at: string; lon: number; lat: number; accuracy_m: number; account: string };

/** The list of who works here, as the server last sent it. */
export type KeptWork = { account: string; session: Session; tickets: Ticket[]; at: string };

type Kinds = { reports: Waiting; steps: KeptStep; pings: KeptPing; work: KeptWork };
/** Each store of the database, and by which field its entries differ. */
const stores: Record<keyof Kinds, string> = { reports: 'client_ref', steps: 'number', pings: 'at', work: 'account' };

async function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open('gisgrid', 2);
  asked.onupgradeneeded = () => {
    const there = asked.result.objectStoreNames;
    for (const [name, keyPath] of Object.entries(stores)) if (!there.contains(name)) asked.result.createObjectStore(name, { keyPath });
  };
  const database = await done(asked);
  database.onversionchange = () => database.close();
  return database;
}

const done = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

async function withStore<T>(name: keyof Kinds, mode: IDBTransactionMode, act: (entries: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(name, mode);
    const finished = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const found = await done(act(transaction.objectStore(name)));
    await finished;
    return found;
  } finally {
    database.close();
  }
}

/** Rejects where the browser keeps nothing, as all here. */
export const keep = <K extends keyof Kinds>(name: K, one: Kinds[K]): Promise<unknown> => withStore(name, 'readwrite', (entries) => entries.put(one));
export const drop = (name: keyof Kinds, key: string): Promise<unknown> => withStore(name, 'readwrite', (entries) => entries.delete(key));
export const clear = (name: keyof Kinds): Promise<unknown> => withStore(name, 'readwrite', (entries) => entries.clear());
export const listKept = <K extends keyof Kinds>(name: K): Promise<Kinds[K][]> =>
  withStore(name, 'readonly', (entries) => entries.getAll() as IDBRequest<Kinds[K][]>);

export const keepWaiting = (one: Waiting): Promise<unknown> => keep('reports', one);
export const dropWaiting = (client_ref: string): Promise<unknown> => drop('reports', client_ref);
export const listWaiting = (): Promise<Waiting[]> => listKept('reports');

/** Runs the work in one page of this browser at a time; where another one has it, not at all. */
export function alone(name: string, work: () => Promise<void>): Promise<unknown> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}
