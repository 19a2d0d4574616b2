import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawsBySoftware, type Pace, shares, startPace } from '../src/map/pace';

/** A movement of so many frames on a machine whose frame costs this at full resolution, and less with fewer points. */
function move(pace: Pace, full_ms: number, count = 20): void {
  for (let n = 0; n < count; n++) pace.frame(full_ms * pace.share() ** 2);
  pace.rest();
}

test('a quick machine draws a moving map finely, whatever holds up a frame now and then', () => {
  const pace = startPace(false);
  for (let n = 0; n < 300; n++) {
    pace.frame(n % 3 === 0 ? 400 : 16);
    expect(pace.share()).toBe(1);
  }
});

test('several slow frames make it coarser within the same movement, and once more, but never further', () => {
  const pace = startPace(false);
  const seen = Array.from({ length: 12 }, () => {
    pace.frame(300);
    return pace.share();
  });
  expect(seen).toEqual([1, 1, 0.7, 0.7, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
});

test('one that draws by software begins coarse, and a quick one becomes fine, a step a movement', () => {
  const pace = startPace(true);
  expect(pace.share()).toBe(0.5);
  move(pace, 60);
  expect(pace.share()).toBe(0.7);
  move(pace, 60);
  expect(pace.share()).toBe(1);
  const short = startPace(true);
  move(short, 60, 3);
  expect(short.share(), 'three frames tell nothing').toBe(0.5);
});

test('it comes to rest at one share: no step is taken back at the next movement', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 1, max: 2_000 }), (isSoftware, full_ms) => {
      const pace = startPace(isSoftware);
      for (let n = 0; n < 4; n++) move(pace, full_ms);
      const came = pace.share();
      for (let n = 0; n < 20; n++) move(pace, full_ms);
      expect(pace.share()).toBe(came);
      expect(full_ms * came ** 2 <= 120 || came === shares.at(-1)).toBe(true);
    }),
  );
});

test('what draws with the processor is known by its name', () => {
  const software = [
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL 4.5)',
    'llvmpipe, or similar',
    'Apple Software Renderer',
  ];
  const cards = ['ANGLE (Intel, Intel(R) UHD Graphics 630 (0x00003E92) Direct3D11 vs_5_0 ps_5_0, D3D11)', 'ANGLE (NVIDIA, NVIDIA GeForce GTX 1650)', 'Mali-G57', 'Apple GPU', 'WebKit WebGL', ''];
  expect(software.filter(drawsBySoftware)).toEqual(software);
  expect(cards.filter(drawsBySoftware)).toEqual([]);
});
