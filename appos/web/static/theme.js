// Sets the remembered colours before the first paint; without a choice the system's count.
"use strict";
{
  const theme = localStorage.getItem("appos-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
