/** Shares of the screen's own resolution in which a moving map can be drawn, finest first: each is half as many points. */
export const shares = [1, 0.7, 0.5] as const;
/** A hand sees the map lag behind it. */
const slow_ms = 120;
/** Twice as many points still make no slow frame, so a step up is not taken back. */
const quick_ms = 45;
const several = 3;
const recent = 5;
const enough = 8;

/** What is known of how fast this machine draws a moving map. */
export type Pace = {
  /** In which share of the screen's resolution the map is drawn while it moves. */
  share: () => number;
  /** From one frame of a movement to the next it took so long. */
  frame: (took_ms: number) => void;
  /** The movement has ended: if nearly all of its frames were quick, the next one is finer. */
  rest: () => void;
};

/** A machine that draws by software begins coarse, any other fine; both go by their own frames from then on. */
export function startPace(isSoftware: boolean): Pace {
  let step = isSoftware ? shares.length - 1 : 0;
  let frames: number[] = [];
  return {
    share: () => shares[step] ?? 1,
    frame: (took_ms) => {
      frames.push(took_ms);
      const isSlow = frames.slice(-recent).filter((one) => one > slow_ms).length >= several;
      if (!isSlow || step === shares.length - 1) return;
      step += 1;
      frames = [];
    },
    rest: () => {
      const quick = frames.filter((one) => one < quick_ms).length;
      if (frames.length >= enough && quick >= 0.9 * frames.length && step > 0) step -= 1;
      frames = [];
    },
  };
}

/** Does this drawer of WebGL, by its own name, draw with the processor: no graphics card, or none that may be used? */
export const drawsBySoftware = (name: string): boolean => /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);

/** The name of what draws this canvas; a browser that keeps it to itself says something that tells nothing. */
export function drawerOf(canvas: HTMLCanvasElement): string {
  const gl = canvas.getContext('webgl2');
  const name = String(gl?.getParameter(gl.RENDERER) ?? '');
  // Chromium says it only so, Firefox warns of being asked so
  const more = name === 'WebKit WebGL' && gl?.getExtension('WEBGL_debug_renderer_info');
  return more ? String(gl?.getParameter(more.UNMASKED_RENDERER_WEBGL)) : name;
}
