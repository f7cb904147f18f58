/** Drawn with one path each, on a field of 24 by 24. */
export const ICONS = {
  attach: 'M20 11.5l-8.3 8.3a5.2 5.2 0 0 1-7.4-7.4L13 3.7a3.5 3.5 0 0 1 5 5l-8.5 8.5a1.7 1.7 0 0 1-2.5-2.5l7.8-7.7',
  back: 'M20 12H4m7-7l-7 7 7 7',
  bell: 'M12 3a6 6 0 0 1 6 6c0 5 2 6 2 7H4c0-1 2-2 2-7a6 6 0 0 1 6-6zM10 20h4',
  clock: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5l3.5 2',
  close: 'M6 6l12 12M18 6L6 18',
  emoji: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8.5 14.5c1.8 2.3 5.2 2.3 7 0M9 9.5v.01M15 9.5v.01',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
  menu: 'M5 11v2M12 11v2M19 11v2',
  quote: 'M10 8L5 13l5 5M5 13h9a5 5 0 0 0 5-5V6',
  send: 'M4 12l16-8-6 16-3-7z',
  tick: 'M5 12.5l4.5 4.5L19 7.5',
  ticks: 'M2 12.5l4.5 4.5L15 8M11 15.5l1.5 1.5L21 8',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.01',
};
