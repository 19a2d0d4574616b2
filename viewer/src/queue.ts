import type { ReportIn } from './api/client';

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

const store = 'reports';

async function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open('gisgrid', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(store, { keyPath: 'client_ref' });
  return done(asked);
}

const done = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

async function withStore<T>(mode: IDBTransactionMode, act: (reports: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(store, mode);
    const finished = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const found = await done(act(transaction.objectStore(store)));
    await finished;
    return found;
  } finally {
    database.close();
  }
}

/** Rejects where the browser keeps nothing. */
export const keepWaiting = (one: Waiting): Promise<unknown> => withStore('readwrite', (reports) => reports.put(one));
export const dropWaiting = (client_ref: string): Promise<unknown> => withStore('readwrite', (reports) => reports.delete(client_ref));
export const listWaiting = (): Promise<Waiting[]> => withStore('readonly', (reports) => reports.getAll() as IDBRequest<Waiting[]>);
