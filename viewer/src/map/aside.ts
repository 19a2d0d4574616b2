import type { Map as MapLibre } from 'maplibre-gl';

/** A browser that has not said by then that a frame is drawn never says so: no frame is waited for any more. */
const patience_ms = 30_000;

/** A map that is drawn aside. */
export type Aside = {
  /** Is there a frame that is drawn and not yet shown? */
  isDrawing: () => boolean;
  end: () => void;
};

/** In place of the canvas: a frame is drawn on it, out of sight. */
type Plate = { frame: WebGLFramebuffer; colour: WebGLRenderbuffer; depth: WebGLRenderbuffer; width: number; height: number };

/**
 * Draws each frame of the map out of sight, and shows it once it is drawn: where the processor draws, to show a frame
 * means to read it back, for which the page would wait, deaf to the hand, until the last line of it is drawn. The next
 * frame begins when the one before is shown. `data-drawing` is on the map's element while there is one.
 * `shown` hears how long a frame took.
 */
export function drawAside(map: MapLibre, gl: WebGL2RenderingContext, shown: (took_ms: number) => void): Aside {
  const canvas = map.getCanvas();
  const container = map.getContainer();
  /** The middle of the frame that is drawn last, and of that which is shown. */
  let middle = map.getCenter();
  let inSight = middle;
  /** As large as MapLibre wants the canvas; a canvas is empty once its size is set, so it is set when there is a frame for it. */
  const size = { width: canvas.width, height: canvas.height };
  let plate: Plate | null = null;
  let fence: WebGLSync | null = null;
  let began = 0;
  let watch = 0;
  let isWanted = false;
  let isMute = false;

  const bind = gl.bindFramebuffer.bind(gl);
  const surface = (): WebGLFramebuffer | null => {
    if (plate?.width === size.width && plate.height === size.height) return plate.frame;
    plate = gl.isContextLost() ? null : makePlate(gl, bind, size, plate);
    return plate?.frame ?? null;
  };
  gl.bindFramebuffer = (target, frame) => bind(target, frame ?? surface());
  for (const [name, buffer] of [
    ['width', 'drawingBufferWidth'],
    ['height', 'drawingBufferHeight'],
  ] as const) {
    const get = () => size[name];
    const set = (value: number) => void (size[name] = value);
    Object.defineProperty(canvas, name, { get, set });
    Object.defineProperty(gl, buffer, { get });
  }

  const free = () => {
    fence = null;
    watch = 0;
    container.toggleAttribute('data-drawing', isWanted);
    ask();
  };
  const look = () => {
    if (!fence || !plate) return free();
    isMute ||= performance.now() - began > patience_ms;
    if (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED && !isMute) {
      watch = requestAnimationFrame(look);
      return;
    }
    show(gl, bind, plate);
    gl.deleteSync(fence);
    container.style.removeProperty('--behind');
    inSight = middle;
    shown(performance.now() - began);
    free();
  };
  const [repaint, redraw] = [map.triggerRepaint.bind(map), map.redraw.bind(map)];
  /** Within a frame MapLibre asks for the next one, which has to wait for this. */
  const ask = () => {
    if (!isWanted || fence) return;
    isWanted = false;
    repaint();
  };
  map.triggerRepaint = () => {
    isWanted = true;
    queueMicrotask(ask);
  };
  map.redraw = () => {
    isWanted = false;
    return redraw();
  };
  const drawn = () => {
    if (fence) gl.deleteSync(fence); // drawn again at once, in another size
    fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    began = performance.now();
    container.toggleAttribute('data-drawing', true);
    middle = map.getCenter();
    const [then, now] = [map.project(inSight), map.project(middle)];
    container.style.setProperty('--behind', `${now.x - then.x}px ${now.y - then.y}px`); // pins go with the picture
    watch ||= requestAnimationFrame(look);
  };
  const lost = () => {
    plate = null;
    fence = null;
  };
  map.on('render', drawn);
  map.on('webglcontextlost', lost);
  return {
    isDrawing: () => fence !== null,
    end: () => {
      cancelAnimationFrame(watch);
      map.off('render', drawn);
      map.off('webglcontextlost', lost);
    },
  };
}

function makePlate(gl: WebGL2RenderingContext, bind: typeof gl.bindFramebuffer, { width, height }: { width: number; height: number }, old: Plate | null): Plate {
  const { frame, colour, depth } = old ?? { frame: gl.createFramebuffer(), colour: gl.createRenderbuffer(), depth: gl.createRenderbuffer() };
  bind(gl.FRAMEBUFFER, frame);
  for (const [buffer, format, use] of [
    [colour, gl.RGBA8, gl.COLOR_ATTACHMENT0],
    [depth, gl.DEPTH24_STENCIL8, gl.DEPTH_STENCIL_ATTACHMENT],
  ] as const) {
    gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
    gl.renderbufferStorage(gl.RENDERBUFFER, format, width, height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, use, gl.RENDERBUFFER, buffer);
  }
  gl.bindRenderbuffer(gl.RENDERBUFFER, null);
  return { frame, colour, depth, width, height };
}

/** Brings what is drawn onto the canvas, which becomes as large. */
function show(gl: WebGL2RenderingContext, bind: typeof gl.bindFramebuffer, { frame, width, height }: Plate): void {
  const real = HTMLCanvasElement.prototype;
  for (const [name, value] of Object.entries({ width, height })) {
    if (Reflect.get(real, name, gl.canvas) !== value) Reflect.set(real, name, value, gl.canvas);
  }
  bind(gl.READ_FRAMEBUFFER, frame);
  bind(gl.DRAW_FRAMEBUFFER, null);
  gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
  bind(gl.FRAMEBUFFER, frame);
}
