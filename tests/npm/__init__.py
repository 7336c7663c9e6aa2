"""The npm package in ``clients/js``: its build, its own tests, and its pages in Vitest, Jest and Playwright."""
