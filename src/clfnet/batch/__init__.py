"""Many pairs: a manifest, a journal, local processes or a cluster.

::

    from clfnet.batch import run

    if __name__ == "__main__":
        summary = run("pairs.csv", "fused/", model="fast")
        print(summary.done, summary.failed, summary.table)
"""

from clfnet.batch.run import Progress, Summary, run

__all__ = ["Progress", "Summary", "run"]
