import { chooseArea } from '../actions/areas';
import { area, trail } from '../state';
import { Icon } from '../ui/Icon';

/** Where the chosen area lies, from the top down; each step goes there. */
export function Trail() {
  const here = area.value.value?.properties.code;
  const above = trail.value.filter(({ properties }) => properties.code !== here);
  if (above.length === 0) return null;
  return (
    <nav class="trail">
      {above.map(({ properties }) => (
        <span key={properties.code}>
          <button type="button" class="link" onClick={() => chooseArea(properties.code, true)}>
            {properties.name}
          </button>
          <Icon name="next" />
        </span>
      ))}
    </nav>
  );
}
