





﻿



  
 

result({"num": 7, "nPage": 3, "data": [{"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201207_7.html", "MetaDataId": "7", "efectdate": "", "tip": {"title": "样本通知之7", "dates": "2020年12月07日", "filenum": "样发〔2020〕7号", "publisher": "样本局"}}]});
