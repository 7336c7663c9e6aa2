"""The front ends and tests in docs/how-to are built and run: in Chromium, in Node.js, and by Playwright's test runner.

Cypress is too large to install for a test, so its files are only parsed, and the calls in them are checked.
"""
