"""What PyTorch gave in lesson 11, for readers without it; recorded with torch 2.13 on a CPU."""

# Mean loss of each epoch up to the best one: 64-64-10 with ReLU, Adam with lr 0.01, batches of 64.
# fmt: off
RECORDED_LOSSES = (
    1.574140312314, 0.446734096657, 0.224082900950, 0.160776486465, 0.128477292433, 0.113031326780,
    0.101334987929, 0.077001553715, 0.065630454258, 0.052920673971, 0.051051163692, 0.048007527146,
    0.042723754128, 0.032012108802, 0.026893751591, 0.024470163314, 0.021153846606, 0.019244300268,
    0.015979381917, 0.015262671764, 0.013656873352, 0.014036033220,
)
# fmt: on

RECORDED_RIGHT = 350  # of the 359 test digits, with the parameters of that epoch
