"""Apache Kafka as a child process, for `BROKER=kafka` on a machine with Java and Maven."""
