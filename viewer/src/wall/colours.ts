import tokens from '../../../tiles/tokens.json';

/** Gives the page the colours of a theme, from the one file that the map's styles read too. */
export function dressPage(theme: 'day' | 'dark' | 'wall'): void {
  const root = document.documentElement;
  root.dataset['theme'] = theme;
  for (const [name, token] of Object.entries(tokens.page)) root.style.setProperty(`--${name}`, token[theme]);
}
