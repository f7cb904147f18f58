/**
 * Tells Caseroom what happens to cases.
 */
trigger CaseroomCase on Case(after insert, after update, after delete, after undelete) {
    CaseroomOutbox.send(
        CaseroomCaseChanges.told(Trigger.operationType, Trigger.isDelete ? Trigger.old : Trigger.new, Trigger.oldMap)
    );
}
