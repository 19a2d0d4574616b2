import { expect, test } from 'vitest';
import { patiently } from '../src/api/patience';

function server(...statuses: number[]) {
  const asked: string[] = [];
  const waited: number[] = [];
  const send = (request: Request) => {
    const status = statuses[asked.length] ?? 200;
    asked.push(request.method);
    return Promise.resolve(new Response(null, { status, headers: status === 503 ? { 'Retry-After': '2' } : {} }));
  };
  const ask = patiently(send, (ms) => {
    waited.push(ms);
    return Promise.resolve();
  });
  return { asked, waited, ask: (method = 'GET') => ask(new Request('http://localhost/', { method })) };
}

test('a reader whom a busy server refuses comes back when it says', async () => {
  const { ask, asked, waited } = server(503, 503);
  expect((await ask()).status).toBe(200);
  expect(asked).toEqual(['GET', 'GET', 'GET']);
  expect(waited.every((ms) => ms >= 1_000 && ms <= 3_000)).toBe(true);
});

test('a server that stays busy is told of', async () => {
  const { ask, asked } = server(503, 503, 503, 503);
  expect((await ask()).status).toBe(503);
  expect(asked).toHaveLength(3);
});

test('what writes is sent once, and other answers are taken as they are', async () => {
  const writing = server(503);
  expect((await writing.ask('POST')).status).toBe(503);
  const failing = server(500);
  expect((await failing.ask()).status).toBe(500);
  expect([...writing.asked, ...failing.asked]).toEqual(['POST', 'GET']);
});
