import { fill } from '../i18n';
import { lang } from '../state';
import { showMetres } from '../time';

/** What people read about cameras, patrols and places to visit: Chinese, English. */
const words = {
  'seen.title': ['谁看得到这里', 'Who sees this place'],
  'seen.cameras': ['摄像头', 'Cameras'],
  'seen.noCamera': ['没有摄像头看得到这里', 'No camera sees it'],
  'seen.off': ['停用', 'off'],
  'seen.broken': ['故障', 'broken'],
  'seen.passed': ['最近巡查', 'Last patrol'],
  'seen.never': ['没有巡查经过', 'No patrol has passed'],
  'seen.near': ['附近正在巡查', 'On patrol nearby'],
  'seen.nobody': ['现在没有人在巡查', 'Nobody is on patrol now'],
  'watch.title': ['巡查与视野', 'Patrols and views'],
  'watch.today': ['今天巡查覆盖', 'Walked today'],
  'watch.view': ['摄像头可见', 'In view of cameras'],
  'watch.reach': ['10 分钟可达', 'Within 10 minutes of a place'],
  'watch.overdue': ['逾期未巡', 'Visits overdue'],
  'watch.blind': ['看不到的网格', 'Grids hardly in view'],
  'watch.none': ['没有', 'None'],
  'ask.title': ['查一查', 'Questions'],
  'ask.who': ['谁在哪里', 'Who was where'],
  'ask.at': ['时刻', 'When'],
  'ask.day': ['日期', 'Day'],
  'ask.time': ['时间（24 小时制）', 'Time of 24 hours'],
  'ask.unwalked': ['本周没走到的网格', 'Grids not walked this week'],
  'ask.cameras': ['哪个摄像头看得到地图中心', 'Which camera sees the middle of the map'],
  'ask.kit': ['离地图中心最近的救生点', 'Rescue kit nearest the middle of the map'],
  'ask.reach': ['10 分钟内到不了的网格', 'Grids more than 10 minutes away'],
  'ask.loading': ['正在查……', 'Looking it up…'],
  'ask.nothing': ['没有找到', 'Nothing was found'],
  'ask.more': ['另有 {n} 个', 'and {n} more'],
  'ask.overdue': ['逾期', 'overdue'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type SeenWord = keyof typeof words;

/** The words for `key` in the chosen language; `{name}` in them becomes `values.name`. */
export function w(key: SeenWord, values: Record<string, string | number> = {}): string {
  return fill(words[key][lang.value === 'en' ? 1 : 0], values);
}

/** How far a camera is, and that it shows nothing now where it is so. */
export function farAndState({ distance_m, state }: { distance_m: number; state: string | null }): string {
  return state === 'off' || state === 'broken' ? `${showMetres(distance_m)} · ${w(`seen.${state}`)}` : showMetres(distance_m);
}
