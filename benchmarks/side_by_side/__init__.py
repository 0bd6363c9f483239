"""What the benchmarks share: peers, load, rounds, and the page that tells what came out."""
