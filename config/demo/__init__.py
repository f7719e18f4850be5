"""The demonstration: real photographs with free licences, a study on them, simulated participants."""
