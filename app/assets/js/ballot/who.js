// Whose desk this page is. What a browser keeps is kept for one person: on a shared computer another judge's marks
// are neither shown nor sent.
const place = document.querySelector("[data-desk]");

export const { user, tokenUrl, signInUrl, deskUrl } = place.dataset;
