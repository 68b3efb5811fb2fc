module kubestage/oci-fewer-caps

go 1.25.0
