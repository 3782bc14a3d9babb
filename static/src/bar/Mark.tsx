/** A distribution, one bar of it chosen. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
    <rect x="2" y="11" width="3.2" height="7" rx="1" />
    <rect class="mark-chosen" x="6.4" y="2" width="3.2" height="16" rx="1" />
    <rect x="10.8" y="8" width="3.2" height="10" rx="1" />
    <rect x="15.2" y="14" width="3.2" height="4" rx="1" />
  </svg>
);
