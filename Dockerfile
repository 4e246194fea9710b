# One image for every Airflow service and for the command `cunfang`: the lock, dags/, plugins/ and include/.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
# The lock is complete and all of it comes as wheels: nothing is resolved and nothing is compiled here.
RUN /opt/venv/bin/pip install --no-deps --only-binary :all: --requirement /tmp/requirements.txt

FROM python:3.11-slim-bookworm
# A fixed number, so that folders of the host can be given to it: chown -R 5000:5000.
RUN groupadd --gid 5000 cunfang \
    && useradd --uid 5000 --gid 5000 --no-create-home --home-dir /var/lib/airflow --shell /usr/sbin/nologin cunfang \
    && install -d -o cunfang -g cunfang -m 0750 /var/lib/airflow /var/lib/airflow/logs /srv/cunfang /srv/cunfang/inbox /srv/cunfang/var
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/cunfang
COPY include/ include/
COPY plugins/ plugins/
COPY dags/ dags/
COPY deploy/ deploy/
RUN ln -s /opt/cunfang/deploy/cunfang /usr/local/bin/cunfang && python -m compileall -q plugins dags
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/cunfang/plugins \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    TZ=Asia/Shanghai \
    HOME=/var/lib/airflow \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/cunfang/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/cunfang/plugins \
    CUNFANG_INCLUDE=/opt/cunfang/include \
    CUNFANG_INBOX=/srv/cunfang/inbox \
    CUNFANG_VAR=/srv/cunfang/var
USER cunfang
CMD ["airflow", "version"]
