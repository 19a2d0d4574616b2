/* Opens the page where there is no network, with what a report needs; reports themselves wait in the page's own store.
   Never caches anything of a person: no session, no ticket, no tile. */
const cacheName = 'gisgrid-1';
/** Facts that are the same for everybody and about nobody; the newest that was heard, where there is no network. */
const facts = /^\/api\/v1\/(config|networks|categories|workflows|areas)$/;

/** What the page asks for before it shows anything. */
const first = ['config', 'networks', 'categories', 'workflows', 'areas?level=district'].map((path) => `/api/v1/${path}`);

/** The page of the API, which nobody reads without a network. */
const isHeavy = /\/docs-/;

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(Promise.all([renewPage(fetch('./', { cache: 'no-cache' })), ...first.map((path) => fetchedOrKept(new Request(path)))]));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const isPage = request.mode === 'navigate' && ['/', '/index.html', '/wall'].includes(url.pathname);
  if (isPage) event.respondWith(renewPage(fetch(request)).catch(() => kept('./')));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(keptOrFetched(request));
  else if (facts.test(url.pathname)) event.respondWith(fetchedOrKept(request));
});

/** The newest page with all the files that it names, in place of the one before. */
async function renewPage(asked) {
  const answer = await held(await asked);
  if (!answer.ok) return answer;
  const cache = await caches.open(cacheName);
  const [text, before] = [await answer.clone().text(), await (await cache.match('./'))?.text()];
  if (text === before) return answer;
  const files = [...new Set([...text.matchAll(/"(\.\/assets\/[^"]+)"/g)].map(([, path]) => path))]; // addAll takes none twice
  await cache.addAll(files);
  await cache.put('./', answer.clone());
  const wanted = new Set(files.map((path) => new URL(path, location.href).href));
  for (const file of await cache.keys()) {
    if (file.url.includes('/assets/') && !wanted.has(file.url)) await cache.delete(file);
  }
  return answer;
}

/** The answer with all of its body: one whose body waits to be read holds a connection, of which there are six. */
const held = async (answer) => ([204, 205, 304].includes(answer.status) ? answer : new Response(await answer.arrayBuffer(), answer));

async function kept(request) {
  const found = await caches.match(request, { cacheName });
  return found ?? Response.error();
}

async function keptOrFetched(request) {
  const found = await caches.match(request, { cacheName });
  if (found) return found;
  // a part of the page that was used once is there without a network, too; its name says its content
  const answer = await held(await fetch(request));
  if (answer.ok && !isHeavy.test(request.url)) await (await caches.open(cacheName)).put(request, answer.clone());
  return answer;
}

async function fetchedOrKept(request) {
  try {
    const answer = await held(await fetch(request));
    const cache = await caches.open(cacheName);
    if (answer.ok) await cache.put(request, answer.clone());
    else if (answer.status === 401) await cache.delete(request); // closed to strangers, and nobody is signed in any more
    return answer;
  } catch {
    return kept(request);
  }
}
