import { lang } from '../state';

/** What people read on the pages of those who are signed in: Chinese, English. They come with those pages, so that strangers load none. */
export const words = {
  'work.none': ['没有待办事件', 'Nothing to do'],
  'work.noneHint': ['新的事件会自动出现在这里。', 'New tickets show up here by themselves.'],
  'work.mine': ['我的待办', 'Mine'],
  'work.area': ['我的网格', 'My grid'],
  'work.which': ['看哪些事件', 'Which tickets'],
  'work.keptAt': ['没有网络，显示的是 {time} 的清单。', 'No network: this is the list of {time}.'],
  'work.stepsWait': ['{n} 项处理已保存在本机，联网后自动提交', '{n} steps are saved on this device and are sent once there is a network'],
  'work.near': ['按距离排', 'Nearest first'],
  'work.nearOff': ['无法定位，按时限排列。', 'No position, so they are in order of their due times.'],
  'work.away': ['距此 {d}', '{d} away'],
  'work.call': ['打电话', 'Call'],
  'work.callWho': ['给{who}打电话', 'Call {who}'],
  'work.go': ['导航', 'Navigate'],
  'work.do': ['处理', 'Do it'],
  'work.note': ['怎么处理的', 'What was done'],
  'work.noteOptional': ['怎么处理的（选填）', 'What was done (optional)'],
  'work.photo': ['拍照', 'Photo'],
  'work.photoNeeded': ['这一步要有照片。', 'This step needs a photo.'],
  'work.forward': ['提交：{step}', 'Send on: {step}'],
  'work.return': ['退回：{step}', 'Send back: {step}'],
  'work.reopen': ['重新办理：{step}', 'Reopen: {step}'],
  'work.done': ['已提交。下一件：', 'Sent. Next:'],
  'work.doneLast': ['已提交，待办全部处理完了。', 'Sent. That was the last one.'],
  'work.saved': ['已保存在本机，联网后自动提交。', 'Saved on this device; sent once there is a network.'],
  'work.waits': ['已保存，待提交', 'Saved, to be sent'],
  'work.refused': ['没有提交成功', 'Not taken'],
  'work.drop': ['丢弃', 'Discard'],
  'work.others': ['另有 {n} 件在等别人处理', '{n} more wait for somebody else'],
  'patrol.title': ['巡查', 'Patrol'],
  'patrol.start': ['开始巡查', 'Start patrol'],
  'patrol.end': ['结束巡查', 'End patrol'],
  'patrol.since': ['{time} 开始；已上传 {n} 个轨迹点', 'Since {time}; {n} positions sent'],
  'patrol.waiting': ['{n} 个待上传', '{n} to be sent'],
  'patrol.aside': ['{n} 个未采用', '{n} set aside'],
  'patrol.hint': ['请让本页保持打开、屏幕亮着，浏览器在后台不给位置。', 'Keep this page open and the screen on: browsers give no position in the background.'],
  'patrol.denied': ['没有定位权限，请在浏览器里允许本站定位。', 'No position: allow this site to locate you.'],
  'patrol.unknown': ['暂时没有定位信号，走到开阔处会自动继续。', 'No position at the moment; it goes on by itself in the open.'],
  'patrol.insecure': ['浏览器只在 https 下提供定位。', 'Browsers give a position over https only.'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Word = keyof typeof words;

/** The words for `key` in the chosen language; `{name}` in them becomes `values.name`. */
export function h(key: Word, values: Record<string, string | number> = {}): string {
  return words[key][lang.value === 'en' ? 1 : 0].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
