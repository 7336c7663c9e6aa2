# The server and the demo app. Not affiliated with Stytch, Inc.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY . .
RUN /venv/bin/pip install --no-cache-dir --constraint constraints.txt ".[demo,postgres]"

FROM python:3.13-slim
RUN useradd --system --uid 1000 mockstytch && install --directory --owner mockstytch /data /data/mockstytch
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_STATE_HOME=/data \
    MOCKSTYTCH_HOST=0.0.0.0
# Names under which other containers can call the server. Loopback is always allowed.
ENV MOCKSTYTCH_ALLOWED_HOST=mock
USER mockstytch
WORKDIR /data
VOLUME /data
EXPOSE 4700
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=5 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('MOCKSTYTCH_PORT', '4700') + '/_mock/api/health')"]
CMD ["mockstytch", "serve"]
