// Follows a journey without reloading the page; without this script the page shows it when loaded.
const box = document.getElementById('journey');

async function follow() {
  const answer = await fetch(`/sandbox/progress?lang=${document.documentElement.lang}`);
  const journey = await answer.json();
  if (!journey.is_moving) {
    location.assign(location.pathname);
    return;
  }
  box.querySelector('[data-now]').textContent = journey.now;
  box.querySelector('[data-steps]').textContent = journey.steps;
  box.querySelector('progress').value = journey.share;
  setTimeout(follow, 700);
}

if (box.dataset.isMoving === 'yes') {
  follow();
}
