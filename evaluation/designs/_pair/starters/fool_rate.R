# The fool rate of each condition from the exported trials, with two intervals; base R is enough.
#
#     Rscript analysis/fool_rate.R [TRIALS.csv]
#
# Prints one line of CSV for each condition; a starting point for an analysis of your own. The default interval
# (new participants and new photos) is in fool_rate.py and in the table of conditions.

given <- commandArgs(trailingOnly = TRUE)
path <- if (length(given) > 0) given[1] else {
  # Rscript writes a blank in its own path as ~+~.
  script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])
  folder <- dirname(gsub("~+~", " ", script, fixed = TRUE))
  Sys.glob(file.path(folder, "..", "data", "*_description-trials_data.csv"))[1]
}
if (is.na(path)) stop("No table of trials was found; give it: Rscript fool_rate.R TRIALS.csv")

trials <- read.csv(path, colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE)

# The test trials that count: answered, not excluded, not spoiled, the first of each repeated pair.
counts <- trials$phase == "test" & is.na(trials$excluded) & !is.na(trials$fake_side) & !is.na(trials$chosen_side)
if ("voided" %in% names(trials)) counts <- counts & !(trials$voided %in% "1")
trials <- trials[counts, ]
trials <- trials[order(as.integer(trials$trial_index)), ]
trials <- trials[!duplicated(trials[c("model", "participant_id", "image_id")]), ]

wilson <- function(rate, n, quantile) {
  shrink <- quantile^2 / n
  centre <- (rate + shrink / 2) / (1 + shrink)
  half <- quantile * sqrt(rate * (1 - rate) / n + shrink / (4 * n)) / (1 + shrink)
  c(max(0, centre - half), min(1, centre + half))
}

analyse <- function(rows, alpha = 0.05) {
  fooled <- as.numeric(rows$chosen_side != rows$fake_side)
  n <- length(fooled)
  rate <- mean(fooled)
  people <- length(unique(rows$participant_id))

  # Naive: every trial taken as independent. For comparison with the literature.
  naive <- wilson(rate, n, qnorm(1 - alpha / 2))

  # These photos only: clustered by participant, on the log-odds scale.
  clustered <- c(NA, NA)
  if (people > 1 && rate > 0 && rate < 1) {
    totals <- tapply(fooled - rate, rows$participant_id, sum)
    variance <- people / (people - 1) * sum(totals^2) / n^2
    # Where all participants have the same rate there is no spread to estimate from.
    if (variance > 1e-9 * rate * (1 - rate) / n) {
      half <- qt(1 - alpha / 2, people - 1) * sqrt(variance) / (rate * (1 - rate))
      clustered <- plogis(qlogis(rate) + c(-half, half))
    }
  } else if (people > 1) {
    clustered <- wilson(rate, n, qt(1 - alpha / 2, people - 1))
  }
  data.frame(
    # "person" is about people alone, "simulated" about none, and both are named where both answered.
    model = rows$model[1], source = paste(sort(unique(rows$source)), collapse = "+"),
    n = n, k = as.integer(sum(fooled)), fool_rate = rate, participants = people,
    photos = length(unique(rows$image_id)), naive_low = naive[1], naive_high = naive[2],
    these_photos_low = clustered[1], these_photos_high = clustered[2]
  )
}

if (nrow(trials) > 0) {
  found <- do.call(rbind, lapply(split(trials, trials$model), analyse))
  write.csv(found, stdout(), row.names = FALSE, quote = FALSE)
}
