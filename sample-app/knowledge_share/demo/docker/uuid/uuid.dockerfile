# The tag's 8 is the talk's: the image holds a current Java.
FROM localhost:5001/base_env/alpine_java:8
WORKDIR /root/services
COPY target/*.jar ./app.jar
EXPOSE 30001
ENTRYPOINT ["java","-jar","app.jar","--server.port=30001"]
