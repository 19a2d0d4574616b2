import { chooseArea } from '../actions/areas';
import { trail } from '../state';
import { Icon } from '../ui/Icon';

/** Where the chosen area lies, from the top down; each step goes there. */
export function Trail() {
  const above = trail.value.slice(0, -1);
  if (above.length === 0) return null;
  return (
    <nav class="trail">
      {above.map(({ code, name }) => (
        <span key={code}>
          <button type="button" class="link" onClick={() => chooseArea(code, true)}>
            {name}
          </button>
          <Icon name="next" />
        </span>
      ))}
    </nav>
  );
}
