// The theme's arrows that open a part of the navigation have no words for who hears the page.
for (const arrow of document.querySelectorAll(".bd-links summary")) {
    const part = arrow.closest("li").querySelector("a");
    arrow.setAttribute("aria-label", `What is in ${part.textContent.trim()}`);
}
