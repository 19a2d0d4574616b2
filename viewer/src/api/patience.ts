const tries = 3;
const longestMs = 3_000;

/**
 * Asks again for what a busy server had no place for (503), when it says so and not all at once; what writes is sent
 * once, and who has gone waits for nothing.
 */
export function patiently(send: (request: Request) => Promise<Response>, wait = sleep): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let n = 1; ; n += 1) {
      const answer = await send(request);
      if (answer.status !== 503 || request.method !== 'GET' || n === tries) return answer;
      const saidMs = 1_000 * (Number(answer.headers.get('Retry-After')) || 1);
      await wait(Math.min(saidMs, longestMs) * (0.5 + Math.random()));
    }
  };
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
