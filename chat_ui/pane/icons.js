/** Pictures of the pane's own buttons, as paths of 24 units. */

export const ICONS = {
  cases: 'M4 6h16M4 12h16M4 18h10',
  customer: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5a7.5 7.5 0 0 1 15 0',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  back: 'M15 5l-7 7 7 7',
  replies: 'M4 5h16v11H9l-5 4V5Zm4 4h8M8 12.5h5',
  open: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
};
