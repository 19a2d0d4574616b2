import { showShare } from '../time';

/** A rate in words and as a bar; nothing to divide by is a dash. */
export function RateBar({ rate }: { rate: number | null }) {
  if (rate === null) return <span class="rate">–</span>;
  return (
    <span class="rate">
      {showShare(rate)}
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="rate-ground" width="100" height="6" rx="2" />
        <rect class="rate-part" width={rate * 100} height="6" rx="2" />
      </svg>
    </span>
  );
}
