/** How parts of the text are set off; the command line gives colours, files and pipes get none. */
export interface Style {
  heading(text: string): string;
  faint(text: string): string;
  warning(text: string): string;
}

export const PLAIN: Style = { heading: (text) => text, faint: (text) => text, warning: (text) => text };
