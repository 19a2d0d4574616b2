import { lang as chosen } from '../state';

export const lang = (): string => chosen.value;

/** What is wrong alone, where what to do stands below it as buttons. */
export const factText = (found: { message: string; message_zh: string }): string => (chosen.value === 'zh-CN' && found.message_zh ? found.message_zh : found.message);

/** What is wrong and what to do, of a check, in the chosen language. */
export function faultText(found: { message: string; remedy: string; message_zh: string; remedy_zh: string }): string {
  const words = chosen.value === 'zh-CN' ? [found.message_zh, found.remedy_zh] : [found.message, found.remedy];
  return words.filter(Boolean).join(' → ');
}
