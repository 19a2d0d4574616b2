const paths = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20.5 20.5',
  layers: 'M12 3.5 3 8.5l9 5 9-5zM4 13l8 4.5 8-4.5M4 17l8 4.5 8-4.5',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14.5 5 7.5 12l7 7',
  next: 'M9.5 5l7 7-7 7',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.6-6 7.5-6s6.700 2 7.500 6',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  flag: 'M6 21V4M6 4.500c4-2 7 2 12 0v9c-5 2-8-2-12 0',
  pin: 'M12 21s6.500-6.700 6.500-11.500a6.500 6.500 0 0 0-13 0C5.500 14.300 12 21 12 21zM12 7.500a2.200 2.200 0 1 0 0 4.400 2.200 2.200 0 0 0 0-4.400z',
  aim: 'M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM12 2.500V6M12 18v3.500M2.500 12H6M18 12h3.500',
  type: 'M4 7h16v10H4zM7.500 12h9',
  check: 'M4.500 12.500l5 5 10-11',
  alert: 'M12 3.500 2.500 20h19zM12 9.500v5M12 17.200v.3',
  clock: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3.200 2',
  save: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 19.500h14',
  copy: 'M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4',
  camera: 'M3.500 8h11v9h-11zM14.500 11.500l6-3v8l-6-3',
  photo: 'M4 7.500h3.500l1.500-2.500h6l1.500 2.500H20v12H4zM12 9.700a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z',
  star: 'M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900L12 16.900l-5.200 2.800 1-5.900L3.500 9.700l5.900-.8z',
  say: 'M4 5h16v11h-9l-4.500 4V16H4z',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13 8h3v3h-3zM8 13h3v3H8zM13.500 13.500h2.500v2.500',
  inbox: 'M4 14 6.500 5h11L20 14v5H4zM4 14h4.500l1 2h5l1-2H20',
  split: 'M5 4v5c0 3 7 3 7 6v5M19 4v5c0 3-7 3-7 6',
  globe: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17',
} as const;

export type IconName = keyof typeof paths;

/** A line drawing of 24 x 24 in the colour of the text; said nothing of by screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M4 5.500 15 3v12L4 16z" fill="#bfe3dc" />
      <path d="M17 3l11 3.500V15H17z" fill="#7cc4b8" />
      <path d="M4 18l11-1v11.500L4 25.500z" fill="#4aa598" />
      <path d="M17 17h11v8l-11 3.500z" fill="#f2a93b" />
    </svg>
  );
}
