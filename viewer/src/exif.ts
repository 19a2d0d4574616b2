import type { LonLat } from './api/client';

/** Where the camera was, as it wrote into its JPEG (EXIF, WGS 84); null where it did not, or where it cannot be read. */
export async function readGps(file: Blob): Promise<LonLat | null> {
  try {
    const bytes = new DataView(await file.slice(0, 256 * 1024).arrayBuffer());
    const start = findTiff(bytes);
    return start === null ? null : readTiff(new DataView(bytes.buffer, start));
  } catch {
    return null; // a file whose parts contradict each other
  }
}

/** The place of the TIFF header in a JPEG's APP1 segment. */
function findTiff(bytes: DataView): number | null {
  if (bytes.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (bytes.getUint8(at) === 0xff) {
    const [marker, length] = [bytes.getUint8(at + 1), bytes.getUint16(at + 2)];
    if (marker === 0xda) return null;
    if (marker === 0xe1 && bytes.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + length;
  }
  return null;
}

const gpsTag = 0x8825;

function readTiff(tiff: DataView): LonLat | null {
  const little = tiff.getUint16(0) === 0x4949;
  const gps = entries(tiff, tiff.getUint32(4, little), little).get(gpsTag);
  if (gps === undefined) return null;
  const held = entries(tiff, tiff.getUint32(gps + 8, little), little);
  const [lat, lon] = [degrees(tiff, held, 2, little), degrees(tiff, held, 4, little)];
  const place = { lon: lon * sign(tiff, held, 3, 'W'), lat: lat * sign(tiff, held, 1, 'S') };
  const real = Math.abs(place.lon) <= 180 && Math.abs(place.lat) <= 90 && (place.lon !== 0 || place.lat !== 0);
  return real ? place : null;
}

/** Where the entry of each tag of a directory begins. */
function entries(tiff: DataView, at: number, little: boolean): Map<number, number> {
  const found = new Map<number, number>();
  for (let entry = 0; entry < tiff.getUint16(at, little); entry++) {
    const place = at + 2 + entry * 12;
    found.set(tiff.getUint16(place, little), place);
  }
  return found;
}

/** Degrees, minutes, seconds as three fractions; NaN where they are not there. */
function degrees(tiff: DataView, held: Map<number, number>, tag: number, little: boolean): number {
  const entry = held.get(tag);
  if (entry === undefined) return Number.NaN;
  const at = tiff.getUint32(entry + 8, little);
  const part = (number: number) => tiff.getUint32(at + number * 8, little) / tiff.getUint32(at + number * 8 + 4, little);
  return part(0) + part(1) / 60 + part(2) / 3600;
}

function sign(tiff: DataView, held: Map<number, number>, tag: number, negative: string): number {
  const entry = held.get(tag);
  return entry !== undefined && String.fromCharCode(tiff.getUint8(entry + 8)) === negative ? -1 : 1;
}
