import { fill } from '../i18n';
import { lang } from '../state';

/** What people read where devices are selected on the map: Chinese, English. */
const words = {
  'devices.tool': ['圈选设备', 'Select devices'],
  'devices.how': ['在地图上逐点圈出范围，至少三个点；用键盘时，按回车在地图中央设点。', 'Draw round them point by point, at least three; with the keyboard, Enter sets one in the map’s middle.'],
  'devices.corners': ['已设 {n} 个点', '{n} {n|point|points}'],
  'devices.kind': ['设备类型（可不填）', 'Kind, if only one'],
  'devices.find': ['列出设备', 'List the devices'],
  'devices.count': ['范围内共 {n} 台设备', '{n} {n|device|devices} inside'],
  'devices.none': ['范围内没有设备', 'No device is inside'],
  'devices.off': ['停用', 'off'],
  'devices.words': ['请对方做什么', 'What is to be done'],
  'devices.hand': ['把名单交给其他系统', 'Hand the list over'],
  'devices.handed': ['已交给 {n} 个系统', 'Handed to {n} {n|program|programs}'],
  'devices.nobody': ['没有系统接收这片区域的设备名单', 'No program takes devices of this ground'],
  'devices.end': ['结束圈选', 'Done'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

/** The words for `key` in the chosen language; `{n}` in them becomes `n`. */
export function w(key: keyof typeof words, n: number | string = ''): string {
  return fill(words[key][lang.value === 'en' ? 1 : 0], { n });
}
