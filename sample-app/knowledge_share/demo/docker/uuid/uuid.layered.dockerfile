# The image of uuid.dockerfile in layers, with a class archive: same base, same folder, same command.
#
#     docker build -f ../deploy/demo/docker/uuid/uuid.layered.dockerfile -t localhost:5001/apps/uuid:<version> .
#
# Without --no-cache the dependencies' layer is built and pushed once, and again only when a dependency changes. It needs
# no BuildKit and no network.
FROM localhost:5001/base_env/alpine_java:8 AS jar
WORKDIR /jar
COPY target/*.jar ./app.jar
RUN java -XX:TieredStopAtLevel=1 -Djarmode=tools -jar app.jar extract --destination layers

FROM localhost:5001/base_env/alpine_java:8
WORKDIR /root/services
EXPOSE 30001
ENTRYPOINT ["java","-jar","app.jar","--server.port=30001"]
# An option of this image alone; JDK_JAVA_OPTIONS in uuid.yaml holds those of the pods. A JVM that the archive does not
# fit starts without it.
ENV JAVA_TOOL_OPTIONS=-XX:SharedArchiveFile=/root/services/app.jsa
# What changes seldom comes first.
COPY --from=jar /jar/layers/lib ./lib
COPY --from=jar /jar/layers/app.jar ./app.jar
# Starts the service up to its last bean and writes the classes that this took into the archive: a pod maps them into
# its memory, where it else would read, check and link each of them.
RUN JAVA_TOOL_OPTIONS= java -XX:ArchiveClassesAtExit=app.jsa -Xlog:disable -Xlog:all=error:stderr \
    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspring.context.exit=onRefresh -jar app.jar --server.port=30001
