/** One number with its name; what it means shows on pointing at it. */

interface FigureProps {
  name: string;
  value: string;
  help: string;
  hook?: string;
  exact?: number | null;
}

export const Figure = ({ name, value, help, hook, exact }: FigureProps) => (
  <div class="figure" title={help}>
    <dt>{name}</dt>
    <dd data-figure={hook} data-value={exact ?? undefined}>
      {value}
    </dd>
  </div>
);
