/**
 * Tells Caseroom who accepts work in Omni-Channel, and when it is over.
 */
trigger CaseroomWork on AgentWork(after insert, after update) {
    CaseroomOutbox.send(CaseroomWorkChanges.told(Trigger.new, Trigger.oldMap));
}
